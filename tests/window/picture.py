"""Pictures: PNG files (8-bit RGB) and the frame buffer that Xvfb keeps in a file."""
import struct
import zlib


class Picture:
    def __init__(self, width, height, rgb):
        self.width, self.height, self.rgb = width, height, rgb

    def pixel(self, x, y):
        at = 3 * (y * self.width + x)
        return tuple(self.rgb[at : at + 3])

    def part(self, x, y, width, height):
        rows = (self.rgb[3 * ((y + i) * self.width + x) :][: 3 * width] for i in range(height))
        return Picture(width, height, b"".join(rows))


def unfilter(kind, line, above):
    for i in range(len(line)):
        a = line[i - 3] if i >= 3 else 0
        b = above[i]
        c = above[i - 3] if i >= 3 else 0
        if kind == 1:
            line[i] = (line[i] + a) & 255
        elif kind == 2:
            line[i] = (line[i] + b) & 255
        elif kind == 3:
            line[i] = (line[i] + (a + b) // 2) & 255
        elif kind == 4:
            p = a + b - c
            near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[i] = (line[i] + near) & 255
    return line


def read_png(path):
    data = open(path, "rb").read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed, width, height = 8, b"", 0, 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (depth, colour) == (8, 2), "not 8-bit RGB"
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    raw, stride = zlib.decompress(packed), 3 * width
    lines, above = [], bytes(stride)
    for y in range(height):
        line = bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        above = unfilter(raw[y * (stride + 1)], line, above)
        lines.append(bytes(above))
    return Picture(width, height, b"".join(lines))


def read_screen(path):
    """Xvfb -fbdir: a header in the format of xwd, then pixels of 32 bits."""
    data = open(path, "rb").read()
    header = struct.unpack(">25I", data[:100])
    width, height, stride, colours = header[4], header[5], header[12], header[19]
    start = header[0] + 12 * colours
    rgb = bytearray(3 * width * height)
    for y in range(height):
        row = data[start + y * stride :][: 4 * width]
        for channel in range(3):
            rgb[3 * y * width + channel : 3 * (y + 1) * width : 3] = row[2 - channel :: 4]
    return Picture(width, height, bytes(rgb))


def difference(a, b):
    """Share of the pixels that differ visibly, in percent; fonts are not drawn alike everywhere."""
    if (a.width, a.height) != (b.width, b.height):
        return 100.0
    visible = sum(
        max(abs(a.rgb[i] - b.rgb[i]), abs(a.rgb[i + 1] - b.rgb[i + 1]), abs(a.rgb[i + 2] - b.rgb[i + 2])) > 48
        for i in range(0, len(a.rgb), 3)
    )
    return 100.0 * visible / (a.width * a.height)
