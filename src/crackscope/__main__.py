"""`python -m crackscope`."""

from crackscope.cli.main import main

if __name__ == "__main__":
    main()
