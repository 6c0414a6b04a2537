"""`python -m seamline`."""

from seamline.cli.main import main

if __name__ == "__main__":
    main()
