"""Members and dues from a file: read, described, tried without writing anything, then written whole or not at all.

`reading` makes cells of bytes, `columns` says what they are about, `values` what they say, `lines` makes of each row what it
asks for, `matching` compares that with the club, `writing` does it, and `deeds` are the verbs of all this.
"""
