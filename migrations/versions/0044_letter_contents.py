"""The bytes of a letter in a table of their own: what becomes of a letter is noted without writing them again."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.create_table(
        "letter_contents",
        sa.Column("letter_id", sa.Integer, sa.ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.execute(
        "INSERT INTO letter_contents (letter_id, content) SELECT id, bytes FROM letters WHERE length(bytes) > 0"
    )
    with op.batch_alter_table("letters") as letters:
        letters.drop_column("bytes")


def downgrade() -> None:
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("bytes", sa.LargeBinary))
    # Nothing is kept of a letter that was sent, but of the Monatsbrief.
    letters = sa.table("letters", sa.column("id"), sa.column("bytes", sa.LargeBinary))
    contents = sa.table("letter_contents", sa.column("letter_id"), sa.column("content", sa.LargeBinary))
    kept = sa.select(contents.c.content).where(contents.c.letter_id == letters.c.id).scalar_subquery()
    op.execute(letters.update().values(bytes=sa.func.coalesce(kept, b"")))
    with op.batch_alter_table("letters") as letters_table:
        letters_table.alter_column("bytes", existing_type=sa.LargeBinary, nullable=False)
    op.drop_table("letter_contents")
