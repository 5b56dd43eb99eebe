"""The command line: parse, call, print. Each verb is a file and a thin face of a public function."""
