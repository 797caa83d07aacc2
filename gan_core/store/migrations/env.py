"""Run by Alembic: migrate over the connection that `database.migrate` passes in."""

from alembic import context

from gan_core.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
