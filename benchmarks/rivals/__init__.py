"""What `serving.py` sets side by side: where each is installed, how each is started, what each takes."""
