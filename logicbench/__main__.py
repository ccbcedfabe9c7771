"""``python -m logicbench`` is the command `logicbench`."""

from logicbench.cli.main import main

if __name__ == "__main__":
    main()
