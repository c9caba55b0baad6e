"""Run the program: ``python -m segx_viewer``."""

from segx_viewer.cli import program

if __name__ == "__main__":
    program()
