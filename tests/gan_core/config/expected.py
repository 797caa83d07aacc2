"""What a refusal of a config has to say."""

import pytest

from gan_core.errors import ConfigError


def expect_error(make, path, *fragments):
    with pytest.raises(ConfigError) as caught:
        make()
    message = str(caught.value)
    for fragment in fragments:
        assert fragment in message
    assert caught.value.path == path
    assert len(message) < 1000
    return message
