"""Damaged files by the thousand, and what becomes of each when `inspect` opens it.

    PYTHONPATH=tests python -m fuzz --files 500 --seed 1 --out DIR

originals.py   a whole photo in every format that is read
pieces.py      what such a file is made of: segments, chunks, boxes, tags
damages.py     what happens to files
outcome.py     what became of a file
reading.py     a photo, opened as `inspect` opens it
keeper.py      the process that reads, its time and its memory limited
witness.py     a second, strict opinion on files that were scored
campaign.py    all files of a run, the verdict on each, the table
faulty.py      readers with a fault each, to test all this
"""
