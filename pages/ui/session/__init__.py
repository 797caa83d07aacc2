"""What a session remembers: the only owner of keys of session_state and of words in the address."""
