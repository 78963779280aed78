"""Making bookings is measured on copies, so that nothing of it stays."""

import psycopg
import pytest
from pydantic import SecretStr

from bench.selling import sell, summary
from bench.stage import Stage, prepare, set_stage
from integrations.embedded import Postgres, Valkey
from tests.conftest import create_database, settings_for

pytestmark = pytest.mark.usefixtures("unwatched")


@pytest.fixture
def stage(
    postgres: Postgres, valkey: Valkey, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Stage:
    create_database(postgres, "selling", template)
    settings = settings_for(postgres, valkey, "selling").model_copy(
        update={"events_secret": SecretStr("e" * 32)}
    )
    prepare(settings, scale=1)
    return set_stage(settings, tmp_path_factory.mktemp("selling"))


def test_bookings_are_made_as_fast_as_is_told_and_the_database_is_left_as_it_was(
    stage: Stage,
) -> None:
    rounds = sell(stage, rounds=1, each=1)

    assert [round(one.ratio * one.bare) for one in rounds] == [round(one.ours) for one in rounds]
    assert "Median ratio" in summary(rounds)
    with psycopg.connect(stage.admin_url) as owner:
        copies = owner.execute(
            "select 1 from pg_database where datname like 'selling_%'"
        ).fetchall()
    assert copies == []
