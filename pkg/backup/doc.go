// Package backup seals a copy of the stores into one file, under a key that
// ends: when the key is destroyed, so is every copy made under it, wherever the
// file went.
package backup

import "manniskohandel.se/casestat/pkg/fault"

// Codes of what this package refuses.
const (
	// CodeForeign: the file is none that casestat backup wrote.
	CodeForeign fault.Code = "backup_foreign"
	// CodeCutShort: the end of the file is missing.
	CodeCutShort fault.Code = "backup_cut_short"
	// CodeDamaged: something in the file is not what was written, or it was
	// written under another key of the same name.
	CodeDamaged fault.Code = "backup_damaged"
	// CodeKeyMissing: the folder does not hold the key that the file names.
	CodeKeyMissing fault.Code = "backup_key_missing"
	// CodeKeyExpired: the key that the file names is over its days.
	CodeKeyExpired fault.Code = "backup_key_expired"
	// CodeKeyUnreadable: a file among the keys does not hold one.
	CodeKeyUnreadable fault.Code = "backup_key_unreadable"
)
