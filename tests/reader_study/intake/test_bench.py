from reader_study.intake.management.commands import bench


def test_the_other_tools_leave_identifiers_that_ours_does_not() -> None:
    sample, odd = bench._sample(2), bench._odd()[:1]
    steps = {name: bench._step(name, tool, sample, odd) for name, tool in bench._tools().items()}
    ours = [step for name, step in steps.items() if name in (bench._OURS, bench._CHECKED)]
    assert [step.left for step in ours] == [{"NM": 0, "PT": 0}] * 2
    assert [step.left_of_odd for step in ours] == [{"NM": 0}] * 2
    for name in ("dicognito", "deid"):
        assert all(number > 0 for number in steps[name].left.values()), name
    assert all(step.files_per_second > 0 for step in steps.values())
