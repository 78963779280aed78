"""What is told of an unexpected error: kinds and places, never a message."""

from domain.faults import told


class WithDiagnosis(Exception):
    """An error as PostgreSQL's driver makes them."""

    class Diagnosis:
        constraint_name = "customers_email_key"

    sqlstate = "23505"
    diag = Diagnosis()


def fail() -> None:
    try:
        raise WithDiagnosis("Key (email)=(ada@example.com) already exists.")  # noqa: TRY301 (the cause is the point)
    except WithDiagnosis as error:
        raise ValueError("ada@example.com") from error


def test_an_error_is_told_by_its_kinds_and_places_and_never_by_its_message() -> None:
    try:
        fail()
    except ValueError as error:
        said = told(error)

    assert said["error"] == "ValueError from WithDiagnosis"
    assert [str(place).rpartition(" in ")[2] for place in said["places"]] == [  # type: ignore[attr-defined]
        "test_an_error_is_told_by_its_kinds_and_places_and_never_by_its_message",
        "fail",
    ]
    assert "ada@example.com" not in str(said)


def test_postgresqls_own_codes_are_told() -> None:
    said = told(WithDiagnosis("Key (email)=(ada@example.com) already exists."))

    assert said == {
        "error": "WithDiagnosis",
        "sqlstate": "23505",
        "constraint": "customers_email_key",
    }
