package rules

import (
	"go/types"
	"slices"
	"strings"
)

func isKept(o *types.TypeName) bool {
	if o.Pkg() == nil {
		return false
	}
	for path, names := range Kept {
		if slices.Contains(names, o.Name()) && (o.Pkg().Path() == path || strings.HasSuffix(o.Pkg().Path(), "/"+path)) {
			return true
		}
	}
	return false
}

// ours says whether a type was declared in the product, so that its fields may
// hold what is kept.
func ours(o *types.TypeName) bool {
	return o.Pkg() != nil && strings.HasPrefix(o.Pkg().Path(), "manniskohandel.se/") || o.Pkg() != nil && o.Pkg().Path() == "kept"
}
