"""What may be told of an unexpected error: its kind and its places, never its message.

A message may hold somebody's values: PostgreSQL puts the offending row into its detail.
"""

import traceback
from itertools import pairwise


def told(error: BaseException) -> dict[str, object]:
    """Kinds of the error and its causes, the lines it came through, and PostgreSQL's own codes."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    diagnosis = getattr(error, "diag", None)
    said = {
        "error": " from ".join(type(each).__name__ for each in chain),
        "places": places(error),
        "sqlstate": getattr(error, "sqlstate", None),
        "constraint": getattr(diagnosis, "constraint_name", None),
    }
    return {name: value for name, value in said.items() if value}


def places(error: BaseException) -> list[str]:
    """Each frame as `file:line in function`, outermost first; a repeated one stands once."""
    frames = [
        f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__, limit=-12)
    ]
    return frames[:1] + [later for earlier, later in pairwise(frames) if later != earlier]
