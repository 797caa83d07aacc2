"""What version 1 wrote (tests/fixtures/v1) is read, replayed and gone on with for ever.

The numbers are exact on the processor that made them; another one may round differently.
"""

import hashlib
import json
import shutil
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

from gan_core import ExperimentConfig, train
from gan_core.config import links
from gan_core.store import results
from gan_core.store.store import Store
from gan_core.training import Checkpoint, Progress, TrainedGenerator
from tests import stored

V1 = Path(__file__).parents[1] / "fixtures" / "v1"
TOLERANCE = 1e-5
CONFIGS = json.loads((V1 / "losses.json").read_text(encoding="utf-8"))
LINKS = json.loads((V1 / "links.json").read_text(encoding="utf-8"))
KEPT = json.loads((V1 / "store.json").read_text(encoding="utf-8"))
LOSSES = np.load(V1 / "losses.npz")


def losses_of(config, n, resume=None):
    """The first four columns of so many steps."""
    parts, missing = [], n
    first = resume.step if resume else 0
    for event in train(config, resume=resume, stops=(first + n,)):
        if isinstance(event, Progress):
            parts.append(event.losses[:missing, :4])
            missing -= len(parts[-1])
            if not missing:
                break
    return np.concatenate(parts)


def weights_hash(tensors):
    found = hashlib.sha256()
    for name in sorted(tensors):
        array = tensors[name]
        found.update(name.encode())
        found.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
    return found.hexdigest()


@pytest.mark.parametrize("which", LOSSES.files)
def test_the_first_200_steps_are_what_they_were(which):
    name, _, engine = which.rpartition(".")
    config = ExperimentConfig.from_dict(CONFIGS[name]).with_values(
        {"training.engine": engine, "training.device": "cpu"}
    )
    np.testing.assert_allclose(
        losses_of(config, 200), LOSSES[which], rtol=TOLERANCE, atol=TOLERANCE
    )


def today(paths):
    """What these settings of version 1 are called by now; two of them have become several."""
    gammas = {"penalties.r1.gamma", "penalties.r2.gamma"}
    now = {
        "discriminator.slope": {"generator.slope", "discriminator.slope"},
        "loss.gamma": gammas,
        "loss.lambda_gp": {"penalties.gp.lambda_gp"},
        "loss.penalty": {"penalties"},
    }
    return set().union(*(now.get(path, {path}) for path in paths))


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link["about"])
def test_a_link_means_what_it_meant(link):
    found = links.from_query(dict(parse_qsl(link["query"], keep_blank_values=True)))
    assert found.config == ExperimentConfig.from_dict(link["config"])
    # Where all is locked, what there was not then is locked as well.
    assert found.locked == today(link["locked"]) or "lock=all" in link["query"]
    assert found.hidden == today(link["hidden"]) or "hide=all" in link["query"]


@pytest.mark.parametrize("file", sorted(V1.glob("config-*.json")), ids=lambda file: file.stem)
def test_a_config_file_is_read_and_written_in_todays_form(file):
    config = ExperimentConfig.from_json(file.read_text(encoding="utf-8"))
    assert ExperimentConfig.from_json(config.to_json()) == config


def test_a_generator_draws_the_rows_it_drew():
    generator = TrainedGenerator.from_bytes((V1 / "generator.safetensors").read_bytes())
    np.testing.assert_allclose(
        generator.rows(20, seed=1), np.load(V1 / "generator_rows.npy"), rtol=TOLERANCE
    )


@pytest.mark.parametrize("engine", ["torch", "fast"])
def test_a_checkpoint_amid_a_schedule_goes_on(engine):
    checkpoint = Checkpoint.from_bytes((V1 / "checkpoint.safetensors").read_bytes())
    config = checkpoint.config.with_values({"training.engine": engine, "training.device": "cpu"})
    expected = np.load(V1 / "checkpoint.npz")
    wanted = next(expected[name] for name in expected.files if name.startswith(engine))
    found = losses_of(config, 50, checkpoint)
    np.testing.assert_allclose(found, wanted, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The store of version 1, migrated."""
    file = tmp_path_factory.mktemp("v1") / "store.db"
    shutil.copyfile(V1 / "store.db", file)
    store = Store.open(f"sqlite:///{file}")
    yield store
    store.database.engine.dispose()


def members_of(store, known):
    """The single runs of what is known of a run or a group, with what is known of each."""
    if not known.get("by_member"):
        return [(store.get(known["id"]), known)]
    by_seed = {one["seed"]: one for one in known["by_member"]}
    found = store.members(store.get(known["id"]))
    assert len(found) == len(by_seed)
    return [(member, by_seed[member.config.seed]) for member in found]


@pytest.mark.parametrize("name", KEPT)
def test_a_run_of_the_store_is_what_it_was(kept, name):
    known = KEPT[name]
    run = kept.get(known["id"])
    assert (run.name, run.status, run.owner) == (known["name"], known["status"], known["owner"])
    assert run.step == known["step"]
    for member, then in members_of(kept, known):
        assert member.config == ExperimentConfig.from_dict(then["config"])
        assert (member.step, member.total_steps) == (then["step"], then["total_steps"])
        _, rows = stored.losses(kept.database, member.id)
        history = np.ascontiguousarray(rows[:, :4], "<f4").tobytes()
        assert hashlib.sha256(history).hexdigest() == then["history"]["sha256"]
        assert len(results.snapshot_steps(kept.database, member.id)) == then["snapshots"]
        checkpoint = results.checkpoint(kept.database, member.id)
        if then["generator_sha256"]:
            assert weights_hash(checkpoint.generator_weights()) == then["generator_sha256"]
        scores = member.scores
        as_then = then["scores"] and {**then["scores"], "spread": {}, "missing": {}}  # came later
        assert (scores.to_dict() if scores else None) == as_then


@pytest.mark.parametrize("engine", ["torch", "fast"])
def test_a_paused_run_goes_on_with_the_numbers_of_an_undisturbed_one(kept, engine):
    run = kept.get(KEPT[f"paused_{engine}"]["id"])
    checkpoint = results.checkpoint(kept.database, run.id)
    wanted = np.load(V1 / "resume.npz")[engine]
    np.testing.assert_allclose(
        losses_of(run.config, len(wanted), checkpoint), wanted, rtol=TOLERANCE, atol=TOLERANCE
    )
