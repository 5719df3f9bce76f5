package ground

import "strings"

// commandLines cuts a shell text into its commands: comments go, continued
// lines and open quotes are put together, and pipes and lists are cut apart.
func commandLines(text string) []string {
	var commands []string
	var current strings.Builder
	end := func() {
		if c := strings.TrimSpace(current.String()); c != "" {
			commands = append(commands, c)
		}
		current.Reset()
	}
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text) && text[i+1] == '\n':
			i++
			current.WriteByte(' ')
			continue
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		case quote == 0 && c == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\n'):
			for i < len(text) && text[i] != '\n' {
				i++
			}
			end()
			continue
		case quote == 0 && (c == '\n' || c == '|' || c == ';' || c == '&'):
			end()
			continue
		}
		current.WriteByte(c)
	}
	end()
	return commands
}

// words splits a command as a shell does, without expanding anything.
func words(command string) []string {
	var found []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, c := range command {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, open = c, true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n'):
			if open {
				found = append(found, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteRune(c)
			open = true
		}
	}
	if open {
		found = append(found, word.String())
	}
	return found
}
