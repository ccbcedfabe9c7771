"""The first-order layer on real data: what is read (fol_parse.py), what is proved and compared (fol_prove.py).

Run with: python benchmarks/fol.py --data DIR [--write-errors docs/data-errors.md]   (see the two for the files)
"""

import fol_parse
import fol_prove


def main() -> None:
    chosen = fol_prove.arguments().parse_args()
    if not chosen.only:
        fol_parse.run(chosen.data)
    fol_prove.run(chosen)


if __name__ == "__main__":
    main()
