def test_x(made):
    assert made
