"""Write a document in the formats that no library of ours writes: RTF, Word 97, OFD, ODT, a page saved as one file.

A document is a list of blocks: a paragraph, or a table as rows of cells. A cell is its text; in RTF and Word 97 also
its text, the columns that it covers, and whether it goes on from above.
"""

import io
import quopri
import re
import struct
import zipfile
from collections.abc import Sequence
from html import escape

Cell = str | tuple[str, int, bool]
Table = Sequence[Sequence[Cell]]
Blocks = Sequence[str | Table]
LONG_AGO = (2012, 3, 1, 0, 0, 0)


def unfold(row: Sequence[Cell]) -> tuple[list[str], list[int], list[bool]]:
    """Return the texts of a row, where its cells end in columns, and which go on from above."""
    cells = [(cell, 1, False) if isinstance(cell, str) else cell for cell in row]
    ends = [sum(n for _, n, _ in cells[: number + 1]) for number in range(len(cells))]
    return [text for text, _, _ in cells], ends, [goes_on for _, _, goes_on in cells]


def pack(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content, how)
    return packed.getvalue()


# RTF: as Word writes it in China, in bytes of GBK, or as LibreOffice does, in numbers of Unicode.


def write_rtf(blocks: Blocks, *, in_gbk: bool = True) -> bytes:
    def code(text: str) -> str:
        if in_gbk:
            plain = "".join(f"\\{char}" if char in "\\{}" else char for char in text)
            return "".join(
                char if char.isascii() else "".join(f"\\'{byte:02x}" for byte in char.encode("gb18030"))
                for char in plain
            )
        units = struct.unpack(f"<{len(text.encode('utf-16-le')) // 2}h", text.encode("utf-16-le"))
        return "".join(
            f"\\{chr(unit)}" if unit in {*b"\\{}"} else chr(unit) if 0 <= unit < 128 else f"\\u{unit}\\'3f"
            for unit in units
        )

    def draw(block: str | Table) -> str:
        if isinstance(block, str):
            return f"\\pard\\plain\\f0 {code(block)}\\par\n"
        drawn = ""
        for texts, ends, merged in map(unfold, block):
            shapes = zip(ends, merged, strict=True)
            drawn += "\\trowd" + "".join("\\clvmrg" * goes_on + f"\\cellx{1500 * end}" for end, goes_on in shapes)
            drawn += "".join(f"\\pard\\intbl {{{code(text)}}}\\cell" for text in texts) + "\\row\n"
        return drawn

    fonts = "{\\fonttbl{\\f0\\fnil\\fcharset134 SimSun;}}"
    body = "".join(map(draw, blocks))
    return f"{{\\rtf1\\ansi\\ansicpg936\\deff0{fonts}{{\\info{{\\title x}}}}\n{body}}}".encode("ascii")


# Word 97, https://learn.microsoft.com/openspecs/office_file_formats/ms-doc

PAGE = 512
TEXT_START = 1024
IN_TABLE = struct.pack("<HBHI", 0x2416, 1, 0x6649, 1)
ROW_END = IN_TABLE + struct.pack("<HB", 0x2417, 1)


def describe_row(ends: list[int], merged: list[bool]) -> bytes:
    described = struct.pack(f"<B{len(ends) + 1}h", len(ends), 0, *(1500 * end for end in ends))
    described += b"".join(struct.pack("<H18x", 0x20 * goes_on) for goes_on in merged)
    return ROW_END + struct.pack("<HH", 0xD608, len(described) + 1) + described


def write_word97(
    blocks: Blocks,
    *,
    streams: dict[str, bytes] | None = None,
    marked: slice | None = None,
    mark: int = 0x083C,
    in_pieces: int = 1,
) -> bytes:
    """Write a document, its text in so many pieces. Some characters bear a mark: as hidden, or with 0x0800 as deleted."""
    paragraphs: list[tuple[str, bytes]] = []
    for block in blocks:
        if isinstance(block, str):
            paragraphs.append((f"{block}\r", b""))
            continue
        for row in block:
            texts, ends, merged = unfold(row)
            paragraphs += [(part, IN_TABLE) for text in texts for part in re.split(r"(?<=\r)", f"{text}\a")]
            paragraphs.append(("\a", describe_row(ends, merged)))
    text = "".join(text for text, _ in paragraphs)
    coded = text.encode("utf-16-le")
    main = bytearray(TEXT_START) + coded
    main += bytes(-len(main) % PAGE)
    table = bytearray(16)  # readers take an offset of 0 for none

    def add_pages(pages: list[tuple[list[int], list[bytes]]], width: int, index: int) -> None:
        """Write pages of formatting: bounds in bytes, and the properties between them."""
        bounds, numbers = [pages[0][0][0]], []
        for starts, properties in pages:
            page = bytearray(PAGE)
            page[-1] = len(properties)
            struct.pack_into(f"<{len(starts)}I", page, 0, *starts)
            end = PAGE - 1
            for number, packed in enumerate(properties):
                if packed:
                    end -= len(packed) + (end - len(packed)) % 2
                    page[end : end + len(packed)] = packed
                    page[4 * len(starts) + number * width] = end // 2
            numbers.append(len(main) // PAGE)
            bounds.append(starts[-1])
            main.extend(page)
        struct.pack_into("<2I", main, index, len(table), 4 * (len(bounds) + len(numbers)))
        table.extend(struct.pack(f"<{len(bounds) + len(numbers)}I", *bounds, *numbers))

    pages: list[tuple[list[int], list[bytes]]] = [([TEXT_START], [])]
    for printed, properties in paragraphs:
        packed = b"\0\0" + properties  # the style, then what differs from it
        packed = bytes([(len(packed) + 1) // 2]) + packed if len(packed) % 2 else bytes([0, len(packed) // 2]) + packed
        starts, held = pages[-1]
        if 4 * (len(starts) + 1) + 13 * (len(held) + 1) + sum(len(each) + 1 for each in held) + len(packed) > 480:
            starts, held = [starts[-1]], []
            pages.append((starts, held))
        starts.append(starts[-1] + len(printed.encode("utf-16-le")))
        held.append(packed)
    add_pages(pages, 13, 0x102)
    ends = [TEXT_START, TEXT_START + len(coded)]
    marks = [b""]
    if marked:
        ends[1:1] = [TEXT_START + 2 * marked.start, TEXT_START + 2 * marked.stop]
        marks = [b"", b"\x03" + struct.pack("<HB", mark, 1), b""]
    add_pages([(ends, marks)], 1, 0xFA)

    cuts = [len(coded) // 2 * number // in_pieces for number in range(in_pieces + 1)]
    pieces = struct.pack(f"<{len(cuts)}I", *cuts)
    pieces += b"".join(struct.pack("<HIH", 0, TEXT_START + 2 * cut, 0) for cut in cuts[:-1])
    struct.pack_into("<2I", main, 0x1A2, len(table), len(pieces) + 5)
    table += b"\x02" + struct.pack("<I", len(pieces)) + pieces

    struct.pack_into("<6H", main, 0, 0xA5EC, 0xC1, 0, 0x804, 0, 0x1200)  # Word 97, Chinese, its table is 1Table
    struct.pack_into("<2I", main, 0x18, TEXT_START, TEXT_START + len(coded))
    struct.pack_into("<H", main, 0x20, 14)
    struct.pack_into("<H", main, 0x3E, 22)
    struct.pack_into("<I", main, 0x40, len(main))
    struct.pack_into("<I", main, 0x4C, len(coded) // 2)
    struct.pack_into("<H", main, 0x98, 93)
    return write_ole({"WordDocument": bytes(main), "1Table": bytes(table), **(streams or {})})


def write_ole(streams: dict[str, bytes]) -> bytes:
    """Write a Microsoft compound file. Streams are filled to the size that needs no table of small sectors."""
    contents = [content.ljust(4096, b"\0") for content in streams.values()]
    sectors, fat, starts = b"", [], []
    for content in contents:
        starts.append(len(fat))
        content += bytes(-len(content) % 512)
        sectors += content
        n = len(content) // 512
        fat += [*range(len(fat) + 1, len(fat) + n), 0xFFFFFFFE]
    entries = b""
    for number, (name, start, size) in enumerate(
        [("Root Entry", 0xFFFFFFFE, 0), *zip(streams, starts, map(len, contents), strict=True)]
    ):
        coded = (name + "\0").encode("utf-16-le")
        child = 1 if not number else 0xFFFFFFFF
        right = number + 1 if 0 < number < len(streams) else 0xFFFFFFFF
        entries += coded.ljust(64, b"\0") + struct.pack("<HBB", len(coded), 2 if number else 5, 1)
        entries += struct.pack("<III", 0xFFFFFFFF, right, child) + bytes(36) + struct.pack("<IQ", start, size)
    entries += bytes(-len(entries) % 512)
    directory = len(fat)
    n = len(entries) // 512
    fat += [*range(directory + 1, directory + n), 0xFFFFFFFE]
    n_fat = 1
    while len(fat) + n_fat > 128 * n_fat:
        n_fat += 1
    first_fat = len(fat)
    fat += [0xFFFFFFFD] * n_fat
    fat += [0xFFFFFFFF] * (128 * n_fat - len(fat))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<IIIIIIIII", n_fat, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, first_fat)
    head += b"".join(struct.pack("<I", first_fat + number) for number in range(1, n_fat))
    return head.ljust(512, b"\xff") + sectors + entries + struct.pack(f"<{len(fat)}I", *fat)


# OFD, GB/T 33190: each run of text with its place in millimetres.


def write_ofd(blocks: Blocks, *, lines_a_page: int = 40) -> bytes:
    def measure(text: str) -> float:
        return sum(1.25 if char.isascii() else 2.5 for char in text)

    lines: list[list[tuple[float, str]]] = []  # each run with its place across
    for block in blocks:
        if isinstance(block, str):
            lines.append([(15, block)])
            continue
        widths = [max(map(measure, column)) + 6 for column in zip(*block, strict=True)]
        lefts = [15 + sum(widths[:number]) for number in range(len(widths))]
        lines += [list(zip(lefts, row, strict=True)) for row in block]
    pages = [lines[start : start + lines_a_page] for start in range(0, len(lines), lines_a_page)] or [[]]
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    members = {
        "OFD.xml": f"{head}<ofd:OFD {space} Version='1.0' DocType='OFD'><ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"{head}<ofd:Document {space}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
        + "".join(f"<ofd:Page ID='{n}' BaseLoc='Pages/Page_{n}/Content.xml'/>" for n in range(len(pages)))
        + "</ofd:Pages></ofd:Document>",
    }
    for number, page in enumerate(pages):
        runs = "".join(
            f"<ofd:TextObject ID='{100 * n + column}' Font='1' Size='2.5' Boundary='{left} {20 + 6 * n} {measure(text)} 5'>"
            f"<ofd:TextCode X='0' Y='4' DeltaX='{' '.join('1.25' if char.isascii() else '2.5' for char in text[:-1])}'>{escape(text)}</ofd:TextCode></ofd:TextObject>"
            for n, line in enumerate(page)
            for column, (left, text) in enumerate(line)
            if text
        )
        members[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f"{head}<ofd:Page {space}><ofd:Content><ofd:Layer ID='1'>{runs}</ofd:Layer></ofd:Content></ofd:Page>"
        )
    return pack({name: text.encode() for name, text in members.items()})


# OpenDocument text.


def write_odt(blocks: Blocks) -> bytes:
    def draw(block: str | Table) -> str:
        if isinstance(block, str):
            return f"<text:p>{escape(block)}</text:p>"
        rows = (
            "".join(f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" for cell in row)
            for row in block
        )
        return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in rows)}</table:table>"

    return pack_odt("".join(map(draw, blocks)))


def pack_odt(body: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body></office:document-content>'
    return pack({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


# A page saved as one file, as Chromium saves it.


def write_mht(page: str, charset: str = "utf-8") -> bytes:
    coded = quopri.encodestring(page.encode(charset)).replace(b"\n", b"\r\n")
    return (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: http://127.0.0.1:9/notice.html\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----Boundary"\r\n\r\n'
        b"------Boundary\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + coded
        + b"\r\n------Boundary\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Location: http://127.0.0.1:9/logo.png\r\n\r\niVBORw0KGgo=\r\n\r\n------Boundary--\r\n"
    )
