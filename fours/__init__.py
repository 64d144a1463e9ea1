"""FourS (四方): the open-source system a Chinese 4S car dealership runs on."""

__version__ = "0.1.0"
