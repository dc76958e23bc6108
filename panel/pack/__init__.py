"""The strategy pack as a Word file: the text, the text with tracked changes, and the table of comments and answers.

Pure: it is given all it writes, and knows no models and no request."""

from panel.pack.contents import Pack, PackedAnswer, PackedChange, PackedPart, PackedSection
from panel.pack.document import document_of

__all__ = ["Pack", "PackedAnswer", "PackedChange", "PackedPart", "PackedSection", "document_of"]
