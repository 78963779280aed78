"""The contract, printed."""

from argparse import Namespace

from bootstrap.settings import Settings
from resolvers.root import build_schema


def sdl(_settings: Settings, _given: Namespace) -> int:
    print(build_schema().as_str())
    return 0
