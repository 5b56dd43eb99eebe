"""`python -m modelyard.cli`, where the script `modelyard` is not on the path."""

from modelyard.cli.main import main

main()
