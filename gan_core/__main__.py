"""The command line: ``python -m gan_core train | job | bench | dispatch | view | warm``."""

import argparse
import logging
import sys

INTERRUPTED = 130  # a shell's exit status for a program ended by Ctrl-C


def main() -> int:
    """Run a command; returns the exit status."""
    from gan_core import bench, cli, job  # here, so that Ctrl-C works during these imports
    from gan_core.errors import GanForgeError

    parser = argparse.ArgumentParser(prog="python -m gan_core", description="GAN Forge, headless")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser(
        "train", help="train a GAN in the terminal; without options, the tutorial's"
    )
    cli.add_arguments(train)
    work_on = commands.add_parser("job", help="run a job of any kind in the terminal")
    job.add_arguments(work_on)
    dispatch = commands.add_parser(
        "dispatch", help="train the runs of the store; the server starts it"
    )
    dispatch.add_argument(
        "--die-with-stdin", action="store_true", help="exit when standard input ends"
    )
    commands.add_parser("view", help="compute pictures and samples; only the server can use it")
    measure = commands.add_parser("bench", help="compare the engines with the plain loop")
    bench.add_arguments(measure)
    commands.add_parser("warm", help="compile the fast engine now (done by make setup)")
    arguments = parser.parse_args()
    try:
        if arguments.command == "train":
            return cli.run(arguments)
        if arguments.command == "job":
            return job.run(arguments)
        if arguments.command == "bench":
            return bench.run(arguments)
        if arguments.command == "warm":
            from gan_core.training.fast import warm

            warm()
            return 0
    except (GanForgeError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    try:
        if arguments.command == "view":
            from gan_core.workers.viewer import view

            view()
        from gan_core.workers.dispatcher import dispatch  # pools and torch only if needed

        dispatch(die_with_stdin=arguments.die_with_stdin)
    except GanForgeError as error:
        logging.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
