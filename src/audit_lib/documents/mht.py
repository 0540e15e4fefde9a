"""Pages saved as one file (MHT, MHTML), as browsers and Word write them. Nothing that a page links to is fetched."""

from email import message_from_bytes, policy

from audit_lib.documents.html import read_html
from audit_lib.documents.model import Block, UnreadableError

SAVE_AS = "a page saved as HTML or as one file (MHTML)"
MOST_PARTS = 2_000


def read_mht(content: bytes) -> list[Block]:
    """Return the blocks of the page. The place of a line is that of the page's source, unpacked.

    Raises UnreadableError for an e-mail or for a file without a page in it.
    """
    message = message_from_bytes(content, policy=policy.default)
    if message.get_content_type() not in {"multipart/related", "text/html"}:
        raise UnreadableError("an e-mail", "what it brings, saved as a file of its own")
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            break
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            return read_html(page if isinstance(page, bytes) else b"")[1]
    raise UnreadableError("a file of saved parts without a page", SAVE_AS)
