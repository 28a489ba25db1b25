"""The command line's door. No logic lives here."""

from __future__ import annotations

import gc

import click

from advisor import __version__
from advisor.commands import author, batch, preview, release, rep, sample, testing, trainer, warehouse

# A command makes many records and little garbage: the collector's default would walk over them again and again.
gc.set_threshold(100_000, 50, 100)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="advisor")
def main() -> None:
    """Whom to see, what to say, what to do next on a key account, and why (找对人、说对话、做对事)."""


for _command in (
    *rep.COMMANDS,
    *batch.COMMANDS,
    *release.COMMANDS,
    *trainer.COMMANDS,
    *preview.COMMANDS,
    *author.COMMANDS,
    *testing.COMMANDS,
    *sample.COMMANDS,
    *warehouse.COMMANDS,
):
    main.add_command(_command)

if __name__ == "__main__":
    main()
