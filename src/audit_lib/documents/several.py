"""Join the files of one notice, a page and its annexes, into one document whose places name the file."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from audit_lib.documents.model import Block, Document, Grid, Line, name_file
from audit_lib.documents.read import read_document
from audit_lib.documents.scan_file import READING, beside, is_beside_scan


def read_files(path: Path, files: Iterable[Path]) -> Document:
    """Read one raw file, or the files of a folder as one document. Raises AuditError as `read_document` does."""
    documents = [read_document(file) for file in files if not is_beside_scan(file)]
    return documents[0] if documents[0].path == path else join_documents(path, documents)


def join_documents(path: Path, documents: Iterable[Document]) -> Document:
    """Join documents in their order. Each place begins with the name of its file: 附件1.xls Sheet1!B7.

    The SHA-256 is that of a list of the files, as `hash_files` gives it; what was read in a scan is one of them.
    """
    documents = list(documents)
    blocks = [name_blocks(document.blocks, name_file(document.path)) for document in documents]
    hashes = {name_file(document.path): document.sha256 for document in documents}
    readings = {document.path: beside(document.path, READING) for document in documents if document.format == "scan"}
    hashes |= {
        name_file(scan) + READING: hashlib.sha256(path.read_bytes()).hexdigest() for scan, path in readings.items()
    }
    sha256 = hash_files(hashes)
    return Document(path, sha256, "folder", None, tuple(block for each in blocks for block in each))


def hash_files(hashes: dict[str, str]) -> str:
    """Return one SHA-256 for several files: that of a line for each, by name, as `sha256sum` prints it."""
    lines = [f"{sha256}  {name}\n" for name, sha256 in sorted(hashes.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def name_blocks(blocks: Iterable[Block], name: str) -> tuple[Block, ...]:
    """Put the name of a file before each place. A merged cell stays one object wherever it stands."""
    named: dict[int, Line] = {}

    def name_line(line: Line) -> Line:
        return named.setdefault(id(line), replace(line, place=f"{name} {line.place}"))

    def name_block(block: Block) -> Block:
        if isinstance(block, Line):
            return name_line(block)
        return Grid(tuple(tuple(map(name_line, row)) for row in block.rows), tuple(map(name_block, block.blocks)))

    return tuple(map(name_block, blocks))
