import numpy as np

from gan_core.live.cache import Kept


def test_what_was_asked_for_longest_ago_goes_when_memory_is_used_up():
    kept = Kept(100)
    for name in "abc":
        kept.keep(name, bytes(40))
        kept.find("a")
    assert [kept.find(name) is not None for name in "abc"] == [True, False, True]
    assert kept.size == 80


def test_the_newest_is_kept_whatever_its_size():
    kept = Kept(100)
    kept.keep("small", np.zeros(2))
    kept.keep("large", np.zeros(100))
    assert (kept.find("small"), kept.size) == (None, 800)
    kept.keep("large", np.zeros(1))
    assert kept.size == 8


def test_an_answer_is_made_once_and_none_is_not_kept():
    kept = Kept(100)
    answers = [None, b"found"]
    assert kept.get("key", lambda: answers.pop(0)) is None
    assert kept.get("key", lambda: answers.pop(0)) == b"found"
    assert kept.get("key", lambda: answers.pop(0)) == b"found"
