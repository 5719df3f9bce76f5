package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// maxImportLine bounds one line; the service takes shorter ones still.
const maxImportLine = 1 << 20

// rowByRow cuts the file into batches at the ends of lines and sends them one
// after another. Each batch of a CSV file begins with the file's header.
func (i *importing) rowByRow(ctx context.Context, file io.Reader) error {
	lines := bufio.NewReaderSize(file, 64<<10)
	header, err := i.header(lines)
	if err != nil {
		return err
	}
	for sent := 0; ; {
		batch, count, err := nextBatch(lines)
		if err != nil {
			return fmt.Errorf("line %d of the file: %w", sent+count+1, err)
		}
		if count == 0 && sent > 0 {
			return nil
		}
		if err := i.send(ctx, io.MultiReader(bytes.NewReader(header), bytes.NewReader(batch)), sent); err != nil {
			return err
		}
		sent += count
		if count < importBatch {
			return nil
		}
	}
}

// header reads the first line of a CSV file, which every batch repeats.
func (i *importing) header(lines *bufio.Reader) ([]byte, error) {
	if i.mediaType != "text/csv" {
		return nil, nil
	}
	return nextLine(lines)
}

// nextBatch reads at most importBatch lines. Cells never hold line breaks, so a
// line is a row.
func nextBatch(lines *bufio.Reader) (batch []byte, count int, err error) {
	for count < importBatch {
		line, err := nextLine(lines)
		if err != nil || len(line) == 0 {
			return batch, count, err
		}
		batch = append(batch, line...)
		count++
	}
	return batch, count, nil
}

// nextLine reads a line with its end; an empty one is the end of the file.
func nextLine(lines *bufio.Reader) (line []byte, err error) {
	for {
		part, err := lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxImportLine:
			return nil, errors.New("is too long to be a record")
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return line, nil
		}
		return line, err
	}
}
