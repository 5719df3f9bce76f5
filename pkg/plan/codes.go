package plan

import "manniskohandel.se/casestat/pkg/fault"

// Why a plan is refused. Each detail points into the plan document.
const (
	// CodeMalformed: neither readable YAML nor JSON, or more than one document.
	CodeMalformed fault.Code = "plan_malformed"
	// CodeTooLarge: the document is longer than MaxBytes.
	CodeTooLarge fault.Code = "plan_too_large"
	// CodeUnknownKey: the document has a key that a plan does not know.
	CodeUnknownKey fault.Code = "plan_unknown_key"
	// CodeDuplicateKey: a key stands twice.
	CodeDuplicateKey fault.Code = "plan_duplicate_key"
	// CodeWrongType: a value is null or of another type than its place takes.
	CodeWrongType fault.Code = "plan_wrong_type"
	// CodeLimit: more entries than a plan may hold; see the limits.
	CodeLimit fault.Code = "plan_limit"
	// CodeEmpty: nothing is wanted where at least one entry is needed.
	CodeEmpty fault.Code = "plan_empty"
	// CodeYears: years stand once each, in increasing order, from FirstYear to LastYear.
	CodeYears fault.Code = "plan_years"
	// CodeName: a name is lower-case letters, digits and underscores, a letter first.
	CodeName fault.Code = "plan_name"
	// CodeDuplicateName: a name, a universe, a figure or a code stands twice.
	CodeDuplicateName fault.Code = "plan_duplicate_name"
	// CodeText: a text is missing in one language, too long, or holds a control character.
	CodeText fault.Code = "plan_text"
	// CodeSentence: a sentence does not state {n}, or names another value than {n} and {of}.
	CodeSentence fault.Code = "plan_sentence"
	// CodePolicy: a parameter lies outside what the protection allows.
	CodePolicy fault.Code = "plan_policy"
	// CodeDuplicateDimension: a field is a dimension of a table once at most.
	CodeDuplicateDimension fault.Code = "plan_duplicate_dimension"
	// CodeUniverseNotListed: a table's universe stands among the plan's universes,
	// because whether it is admitted depends on the published size.
	CodeUniverseNotListed fault.Code = "plan_universe_not_listed"
	// CodeCondition: a condition takes either in (with groups) or not_in.
	CodeCondition fault.Code = "plan_condition"
	// CodeUnknownField: no such field, or one that no table or figure may use.
	CodeUnknownField fault.Code = "plan_unknown_field"
	// CodeUnknownCode: the field has no such code or group.
	CodeUnknownCode fault.Code = "plan_unknown_code"
	// CodeUnknownGrouping: the field's ladder has no such rung.
	CodeUnknownGrouping fault.Code = "plan_unknown_grouping"
	// CodeOverlapping: the grouping is a crosswalk, which may overlap the ladder
	// and is never published.
	CodeOverlapping fault.Code = "plan_overlapping_grouping"
	// CodeNotSummable: only number fields are added up.
	CodeNotSummable fault.Code = "plan_not_summable"
	// CodeIntervals: intervals are none or wilson.
	CodeIntervals fault.Code = "plan_intervals"
	// CodeOrganisation: what took part is not named by an organisation's id.
	CodeOrganisation fault.Code = "plan_organisation"
)

// Why a panel is refused. The reasons depend on the plan's lists of who took
// part alone, so they tell nothing about the records.
const (
	// CodePanelYears: a panel has two years or more, in increasing order, at least
	// one of them the plan's.
	CodePanelYears fault.Code = "plan_panel_years"
	// CodePanelParticipation: nothing says who took part in a year of the panel.
	CodePanelParticipation fault.Code = "plan_panel_participation"
	// CodePanelFigure: a figure of a panel is none of the plan's.
	CodePanelFigure fault.Code = "plan_panel_figure"
	// CodePanelTooFew: fewer than MinPanel organisations took part in all years.
	CodePanelTooFew fault.Code = "plan_panel_too_few"
	// CodePanelOutside: panels divide those who took part in a year so that one
	// group, such as those outside the panel, is fewer than MinPanel
	// organisations: a difference of two counts would be their caseload.
	CodePanelOutside fault.Code = "plan_panel_outside"
)

// Why a table that the plan wants is not admitted. The reasons depend on the
// plan and on published sizes alone, so they tell nothing about the records.
// Such a table is published with all its cells withheld.
const (
	// CodeSmallUniverse: a universe of fewer than MinTablePersons takes figures only.
	CodeSmallUniverse fault.Code = "plan_universe_too_small"
	// CodeTooManyWays: more dimensions and filters than its universe can bear.
	CodeTooManyWays fault.Code = "plan_table_too_many_ways"
	// CodeTooManyPairs: a small universe bears MaxPairs two-way tables.
	CodeTooManyPairs fault.Code = "plan_too_many_pairs"
	// CodeTooManyCells: more cells than a fifth of the persons, even at the
	// coarsest rungs.
	CodeTooManyCells fault.Code = "plan_too_many_cells"
)
