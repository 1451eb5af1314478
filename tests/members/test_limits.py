"""Limits are counted in the shared cache: two processes on the embedded default see one count."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from smclub import limits
from tests.processes import answer

COUNT = (
    "from smclub.limits import allowed; print(sum(allowed('try', 'ana@example.org', times=7, seconds=600) for _ in range(20)))"
)


@pytest.mark.processes
def test_two_processes_share_one_count(embedded):
    both = [embedded("shell", "-v0", "-c", COUNT) for _process in range(2)]
    counted = [int(answer(process)) for process in both]
    assert sum(counted) == 7


@pytest.mark.embedded  # Redis keeps its own clock, which no test moves
def test_attempts_come_back_when_the_time_is_over():
    def ask():
        return limits.allowed("try", "ana", times=2, seconds=60)

    assert [ask(), ask(), ask()] == [True, True, False]
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert ask()


@pytest.mark.embedded  # Redis keeps its own clock, which no test moves
def test_asking_again_does_not_make_the_wait_longer():
    assert limits.allowed("try", "ana", times=1, seconds=60)
    with time_machine.travel(timezone.now() + timedelta(seconds=40)):
        assert not limits.allowed("try", "ana", times=1, seconds=60)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert limits.allowed("try", "ana", times=1, seconds=60)


def test_one_person_does_not_use_up_the_attempts_of_another():
    assert limits.allowed("try", "ana", times=1, seconds=60)
    assert limits.allowed("try", "bob", times=1, seconds=60)
    assert limits.allowed("other", "ana", times=1, seconds=60)


def test_forgetting_gives_the_attempts_back():
    limits.allowed("try", "ana", times=1, seconds=60)
    limits.forget("try", "ana", times=1)
    assert limits.allowed("try", "ana", times=1, seconds=60)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2::7", "2001:db8:1:2::")],
)
def test_a_home_is_one_place_whichever_of_its_addresses_it_shows(address, counted_as):
    assert limits.network(address) == counted_as
