package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/signed"
)

// figureByYear is api.FigureByYear with each figure as it was frozen.
type figureByYear struct {
	Name  string            `json:"name"`
	Years []json.RawMessage `json:"years"`
}

// telling is an answer about one figure, with the hash of its bytes.
type telling struct {
	body []byte
	hash signed.Hash
}

// tellings are answers about one figure each, by its name.
type tellings map[string]telling

// tellingsAtMost bounds of how many files they are kept: there is one a release.
const tellingsAtMost = 64

// figureTellings keeps what the frozen figures say of each figure, by the hash
// of their file. The zero value is ready.
type figureTellings struct {
	mu   sync.RWMutex
	told map[signed.Hash]tellings
}

// of takes the frozen figures apart, or remembers having done so.
func (f *figureTellings) of(hash signed.Hash, figures []byte) (tellings, error) {
	f.mu.RLock()
	told, known := f.told[hash]
	f.mu.RUnlock()
	if known {
		return told, nil
	}
	told, err := takeApart(figures)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.told == nil || len(f.told) >= tellingsAtMost {
		f.told = make(map[signed.Hash]tellings)
	}
	f.told[hash] = told
	return told, nil
}

// takeApart gives each of the frozen figures in all years. It works on the
// bytes, so that what was frozen is what is shown.
func takeApart(figures []byte) (told tellings, err error) {
	defer fault.Wrap(&err, "read the frozen figures")
	var file struct {
		Years []struct {
			Year    int               `json:"year"`
			Figures []json.RawMessage `json:"figures"`
		} `json:"years"`
	}
	if err := json.Unmarshal(figures, &file); err != nil {
		return nil, err
	}
	byName := make(map[string]*figureByYear)
	for _, y := range file.Years {
		for _, f := range y.Figures {
			var is struct {
				Name string `json:"name"`
			}
			if err := json.Unmarshal(f, &is); err != nil {
				return nil, err
			}
			if byName[is.Name] == nil {
				byName[is.Name] = &figureByYear{Name: is.Name}
			}
			byName[is.Name].Years = append(byName[is.Name].Years, slices.Concat(fmt.Appendf(nil, `{"year":%d,`, y.Year), f[1:]))
		}
	}
	told = make(tellings, len(byName))
	for name, figure := range byName {
		body, err := jsonLine(figure)
		if err != nil {
			return nil, err
		}
		told[name] = telling{body, signed.HashOf(body)}
	}
	return told, nil
}
