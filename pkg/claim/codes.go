package claim

import "manniskohandel.se/casestat/pkg/fault"

// What an author is told whose text cannot be checked.
const (
	// CodeTextEmpty: there is not a byte to read.
	CodeTextEmpty fault.Code = "claim_text_empty"
	// CodeTextNotUTF8: the text is not UTF-8; the row is the line where it ends being so.
	CodeTextNotUTF8 fault.Code = "claim_text_not_utf8"
	// CodeTextNotText: the text has a NUL character: it is a file of another kind.
	CodeTextNotText fault.Code = "claim_text_not_text"
	// CodeTextTooLarge: the text has more than MaxBytes bytes.
	CodeTextTooLarge fault.Code = "claim_text_too_large"
	// CodeTextTooLong: the text has more than MaxCharacters characters.
	CodeTextTooLong fault.Code = "claim_text_too_long"
	// CodeTooManyParagraphs: the text has more than MaxParagraphs paragraphs.
	CodeTooManyParagraphs fault.Code = "claim_too_many_paragraphs"
	// CodeTooManyNumbers: the text has more than MaxNumbers numbers.
	CodeTooManyNumbers fault.Code = "claim_too_many_numbers"
	// CodeNoDocument: the bytes are no ZIP archive, so no DOCX document.
	CodeNoDocument fault.Code = "docx_no_archive"
	// CodeDocumentEncrypted: the document is locked with a password.
	CodeDocumentEncrypted fault.Code = "docx_encrypted"
	// CodeDocumentIncomplete: the archive has no word/document.xml, so it is no text document.
	CodeDocumentIncomplete fault.Code = "docx_without_text"
	// CodeDocumentMalformed: the archive or its XML is broken, has something twice
	// or has what no DOCX has, such as a DTD.
	CodeDocumentMalformed fault.Code = "docx_malformed"
	// CodeDocumentUnpacks: the document unpacks to more than any text needs.
	CodeDocumentUnpacks fault.Code = "docx_unpacks_too_large"
)

// Limits of a text.
const (
	MaxBytes      = 4 << 20
	MaxCharacters = 1 << 20 // Unicode code points, markup included
	MaxParagraphs = 20_000
	MaxNumbers    = 5_000
)
