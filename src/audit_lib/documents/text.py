"""Text and CSV: find the encoding, split the lines, cut the cells."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator

from audit_lib.documents.kinds import SAVE_AS
from audit_lib.documents.model import CONTROL, Block, Line, UnreadableError
from audit_lib.documents.spans import check_fields, draw_grid, one_line

MOST_LINES = 50_000
LEAST_COMMON = 0.5  # of the characters; running text has 0.9 and more, text in a wrong encoding 0.3 and less
DELIMITERS = ",\t;"
ROWS_TO_SNIFF = 200
ENCODINGS = "a text file in UTF-8, UTF-16, GB18030 or Big5"

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_LINE_END = re.compile(r"\r\n|\r|\n")
_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CODECS = {"utf-8": "utf-8-sig", "big5": "cp950"}  # cp950: Big5 as Windows writes it
# Lead bytes of the characters that make up nearly all print: signs, and the level of common characters, which both
# standards list first.
_COMMON_LEADS = {
    "gb18030": {*range(0xA1, 0xA4), *range(0xB0, 0xD8)},
    "big5": {*range(0xA1, 0xC7)},
}


def read_text(content: bytes) -> tuple[str, list[Block]]:
    """Return the encoding and the numbered lines of a text. Only line ends split lines, not U+2028 or form feeds."""
    encoding, text = decode(content)
    return encoding, list(_number_lines(text))


def read_csv(content: bytes, suffix: str) -> tuple[str, str, list[Block]]:
    """Return the format, the encoding and the one table of a CSV file. What has one column throughout is a text.

    The place of a row is the line where it starts: quoted cells may hold line breaks.
    """
    encoding, text = decode(content)
    lines = _split_lines(text)
    rows = list(_cut_rows(lines, _sniff_delimiter(lines, suffix)))
    if all(len(cells) == 1 for _, cells in rows):
        return "text", encoding, list(_number_lines(text))
    places = [f"line {number}" for number, _ in rows]
    fields = [
        {column: Line(place, one_line(cell)) for column, cell in enumerate(cells)}
        for place, (_, cells) in zip(places, rows, strict=True)
    ]
    return "csv", encoding, [draw_grid(places, fields)]


def _number_lines(text: str) -> Iterator[Line]:
    """Yield the lines that print something, and the blank ones that hold a no-break space or the like."""
    for number, text_line in enumerate(_split_lines(text), start=1):
        line = Line(f"line {number}", text_line)
        if line.printed or not text_line.isascii():
            yield line


def _split_lines(text: str) -> list[str]:
    n_lines = text.count("\n") + text.count("\r") - text.count("\r\n") + 1
    if n_lines > MOST_LINES:
        raise UnreadableError(f"a text of {n_lines:,} lines", f"at most {MOST_LINES:,}")
    return _LINE_END.split(text)


def _sniff_delimiter(lines: list[str], suffix: str) -> str:
    """Choose the delimiter that cuts most of the first rows into equally many cells."""
    candidates = "\t,;" if suffix.lower() == ".tsv" else DELIMITERS
    filled = [line for line in lines if line.strip()][:ROWS_TO_SNIFF]

    def agreement(delimiter: str) -> int:
        counts = Counter(n for line in filled if (n := _QUOTED.sub("", line).count(delimiter)))
        return max(counts.values(), default=0)

    return max(candidates, key=agreement)


def _cut_rows(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the number of the line where it starts."""
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True)
    n_fields = 0
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableError(
                f"cells that cannot be told apart ({error})", "CSV as RFC 4180", f"line {start}"
            ) from None
        n_fields += len(cells)
        check_fields(n_fields)
        if any(cell.strip() for cell in cells):
            yield start, cells


def decode(content: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return the encoding and the text: by byte order mark, else UTF-8 if valid, else as declared, else as it reads.

    No Chinese text in GB18030 or Big5 is UTF-8 by accident, whatever a page may declare.
    """
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    _check_control(content.decode("utf-16" if encoding == "utf-16" else "latin-1", "replace"))
    if encoding is None:
        if content.isascii() or _try_decode(content, "utf-8") is not None:
            encoding = "utf-8"
        elif declared and _try_decode(content, declared) is not None:
            encoding = declared
        else:
            encoding = _guess_encoding(content)
    text = _try_decode(content, encoding)
    if text is None:
        raise UnreadableError(_name_bad_byte(content), ENCODINGS)
    return encoding, text


def _check_control(text: str) -> None:
    """Raise UnreadableError for control characters, which no encoding of a text has as part of a letter."""
    if control := CONTROL.search(text):
        number = len(_LINE_END.findall(text, 0, control.start())) + 1
        raise UnreadableError("binary content", f"{ENCODINGS}, or {SAVE_AS}", f"line {number}")


def _try_decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(_CODECS.get(encoding, encoding))
    except UnicodeDecodeError:
        return None


def _guess_encoding(content: bytes) -> str:
    """Choose between GB18030 and Big5 by how many of the characters would be common ones."""
    shares = {encoding: _share_common(content, encoding) for encoding in _COMMON_LEADS}
    best = max(shares, key=lambda encoding: shares[encoding])
    if shares[best] < LEAST_COMMON:
        raise UnreadableError(_name_bad_byte(content), ENCODINGS)
    return best


def _share_common(content: bytes, encoding: str) -> float:
    """Return the share of non-ASCII characters that are common in an encoding; -1 if it does not fit the bytes."""
    text = _try_decode(content, encoding)
    if text is None:
        return -1.0
    counts = Counter(text)
    beyond = {char: n for char, n in counts.items() if not char.isascii()}
    common = sum(n for char, n in beyond.items() if _is_common(char, encoding))
    return common / (sum(beyond.values()) or 1)


def _is_common(char: str, encoding: str) -> bool:
    code = char.encode(_CODECS.get(encoding, encoding))
    if char == "\u00a0":  # no-break space: four bytes in GB18030, and in every page saved from the web
        return True
    in_block = len(code) == 2 and (encoding == "big5" or code[1] >= 0xA1)  # below 0xA1: the rare characters of GBK
    return in_block and code[0] in _COMMON_LEADS[encoding]


def _name_bad_byte(content: bytes) -> str:
    """Return where the bytes stop being UTF-8, which most files are meant to be."""
    try:
        content.decode("utf-8-sig" if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-16")
    except UnicodeDecodeError as error:
        return f"byte 0x{error.object[error.start]:02x} at position {error.start}"
    return "bytes that are no text"
