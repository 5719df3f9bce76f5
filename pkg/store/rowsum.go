package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// errSpoilt says that a record is not what was written: the disk, or somebody
// past this program, has changed it. Whatever is counted would be wrong.
var errSpoilt = errors.New("store: a stored record is not as it was written; put back the backup")

// sumLen is how many bytes stand behind the answers of every record.
const sumLen = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// rowSum is a checksum of what a record counts as. It is never 0, which stands
// behind records from before there were sums (migration 4).
func rowSum(year, codebook int, answers []byte) uint32 {
	return max(1, crc32.Update(uint32(year)<<16|uint32(codebook)&0xffff, castagnoli, answers))
}

// summed gives answers as they are stored: a copy, with their sum behind them.
func summed(year, codebook int, answers []byte) []byte {
	stored := append(make([]byte, 0, len(answers)+sumLen), answers...)
	return binary.BigEndian.AppendUint32(stored, rowSum(year, codebook, answers))
}

// unsummed gives the answers of what was stored, without a copy, if they are
// those that were written.
func unsummed(year, codebook int, stored []byte) ([]byte, error) {
	end := len(stored) - sumLen
	if end < 0 {
		return nil, errSpoilt
	}
	answers, sum := stored[:end:end], binary.BigEndian.Uint32(stored[end:])
	if sum != 0 && sum != rowSum(year, codebook, answers) {
		return nil, errSpoilt
	}
	return answers, nil
}

// checked has f called with answers of one year that are as they were written.
func checked(year int, f each) each {
	return func(codebook codelist.Version, stored record.Answers) error {
		answers, err := unsummed(year, int(codebook), stored)
		if err != nil {
			return err
		}
		return f(codebook, answers)
	}
}

// checkedOwned is checked with the record's origin.
func checkedOwned(f eachOwned) eachOwned {
	return func(from desk.Origin, codebook codelist.Version, stored record.Answers) error {
		answers, err := unsummed(from.Year, int(codebook), stored)
		if err != nil {
			return err
		}
		return f(from, codebook, answers)
	}
}

// checkedCounted is checked for records of which there are several.
func checkedCounted(year int, f eachCounted) eachCounted {
	return func(c release.Counted) (err error) {
		if c.Answers, err = unsummed(year, int(c.Codebook), c.Answers); err != nil {
			return err
		}
		return f(c)
	}
}
