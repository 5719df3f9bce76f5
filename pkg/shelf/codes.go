package shelf

import "manniskohandel.se/casestat/pkg/fault"

// What a reader of releases is told.
const (
	// CodeNotPublished: there is no release of that number.
	CodeNotPublished fault.Code = "release_not_published"
	// CodeFileNotPublished: the release has no file of that name.
	CodeFileNotPublished fault.Code = "release_file_not_published"
	// CodeNoCheckpoint: nothing was published yet.
	CodeNoCheckpoint fault.Code = "checkpoint_not_published"
	// CodeFigureNotPublished: no release up to this one states the figure.
	CodeFigureNotPublished fault.Code = "figure_not_published"
	// CodeNotInRelease: what was asked for does not follow from the release's
	// cells, or names a table, a field or a code that the release does not have.
	CodeNotInRelease fault.Code = "not_in_release"
	// CodeQueryInvalid: a field is asked for twice, or a condition names no code.
	CodeQueryInvalid fault.Code = "derived_query_invalid"
)

// What the operator is told.
const (
	// CodeUntrusted: something in the source is not what was signed, so nothing
	// of it is shown. Compare the source with a copy kept elsewhere.
	CodeUntrusted fault.Code = "shelf_untrusted"
	// CodeUnreadable: the source cannot be read now. Retry after a while.
	CodeUnreadable fault.Code = "shelf_unreadable"
	// CodeFileMissing: the release names the file but the source does not hold it.
	CodeFileMissing fault.Code = "shelf_file_missing"
	// CodeExportConflict: the folder holds another release of that number.
	CodeExportConflict fault.Code = "shelf_export_conflict"
)

var errNotInRelease = fault.New(fault.NotFound, CodeNotInRelease)

// untrusted refuses a whole source.
func untrusted(cause error) error { return fault.Because(cause, fault.Internal, CodeUntrusted) }

// unreadable keeps what a reader may not learn, such as a path, for the log.
func unreadable(cause error) error { return fault.Because(cause, fault.Unavailable, CodeUnreadable) }
