"""How protocols write rows and answers: a file each, all asked by one handler."""
