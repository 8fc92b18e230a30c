package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold reduces a name to what people agree on when they write it: compatibility forms, width, case, kana, diacritics,
// punctuation and spacing are evened out. Folding twice is folding once.
func Fold(s string) string { return fold(s) }

// fold is Fold: "HERO≠MASK", "Hero Mask" and "ｈｅｒｏ　ｍａｓｋ" fold to "hero mask".
func fold(s string) string {
	if plain, ok := foldPlain(s); ok {
		return plain
	}
	return foldAny(s)
}

// foldPlain folds what needs no tables, and reports false for the rest: ASCII, kana and the usual Chinese characters. Most
// names need none, and there are thousands to be folded when the program starts.
func foldPlain(s string) (string, bool) {
	folded := true
	for i := range len(s) {
		c := s[i]
		folded = folded && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == ' ' && i > 0 && i+1 < len(s) && s[i-1] != ' ')
	}
	if folded {
		return s, true
	}
	b := make([]byte, 0, len(s)+4)
	gap := false
	for _, r := range s {
		switch {
		case r == '\'' || r == '`':
			continue
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r >= 'ァ' && r <= 'ヶ':
			r -= 'ァ' - 'ぁ'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r >= 'ぁ' && r <= 'ゖ', r >= 0x4e00 && r <= 0x9fff, r == 'ー', r == '々':
		case r == '&':
			if len(b) > 0 {
				b = append(b, ' ')
			}
			b = append(b, "and"...)
			gap = true
			continue
		case r < utf8.RuneSelf, r >= '、' && r <= '〃', r >= '〈' && r <= '】', r == '・', r == '☆', r == '★', r == '♪':
			gap = true
			continue
		default:
			return "", false
		}
		if gap && len(b) > 0 {
			b = append(b, ' ')
		}
		gap = false
		b = utf8.AppendRune(b, r)
	}
	return string(b), true
}

// foldAny folds any text.
func foldAny(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, " ")) {
		switch {
		case unicode.Is(unicode.Mn, r) && !isVoicing(r), r == '\'', r == '’', r == '`', r == '´', r == 'ʻ', r == '‘':
			continue // diacritics and apostrophes vanish: pokémon, kaguya's
		case r == '&':
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString("and")
			gap = true
			continue
		case !unicode.IsLetter(r) && !unicode.IsNumber(r) && !isVoicing(r):
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(foldRune(r))
	}
	return norm.NFC.String(b.String())
}

// isVoicing reports the marks that make か into が: in kana they are letters, not ornaments.
func isVoicing(r rune) bool { return r == '\u3099' || r == '\u309a' }

// foldRune lowers the case, writes katakana as hiragana, and maps the few letters that decomposition leaves whole.
func foldRune(r rune) rune {
	switch {
	case r >= 'ァ' && r <= 'ヶ':
		return r - 'ァ' + 'ぁ'
	case r == 'ø' || r == 'Ø':
		return 'o'
	case r == 'ł' || r == 'Ł':
		return 'l'
	case r == 'đ' || r == 'Đ':
		return 'd'
	case r == 'ı':
		return 'i'
	}
	return unicode.ToLower(r)
}

// tight removes from a folded name what people leave out or add freely: spaces and a leading article.
func tight(key string) string { return strings.ReplaceAll(withoutArticle(key), " ", "") }

func withoutArticle(key string) string {
	for _, article := range []string{"the ", "a ", "an "} {
		if rest, ok := strings.CutPrefix(key, article); ok && rest != "" {
			return rest
		}
	}
	return key
}

// loosen reduces a folded name further, to what is heard: Latin letters for kana, one vowel for a long one however it is
// romanised (ō is o already, and so become ou, oo and oh), one letter for a doubled one, one of l and r, one system of
// romanisation, digits for roman numbers. Spaces go as well, as does a leading article.
func loosen(key string) string {
	if key == "" {
		return ""
	}
	key = romanised(withoutArticle(key))
	buf := make([]byte, 0, len(key))
	for word := range strings.FieldsSeq(key) {
		if n := romanNumbers[word]; n != "" {
			word = n
		} else if word == "wo" { // the particle
			word = "o"
		}
		buf = append(buf, word...)
	}
	for { // one rule may make room for another
		n := len(buf)
		changed := false
		buf, changed = even(buf)
		if len(buf) == n && !changed {
			return string(buf)
		}
	}
}

var romanNumbers = map[string]string{"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12", "xiii": "13"}

// even applies the rules of loosen once, from left to right, and reports whether a letter changed. It writes over s.
func even(s []byte) ([]byte, bool) {
	out := s[:0]
	changed := false
	at := func(i int) byte {
		if i < len(s) {
			return s[i]
		}
		return 0
	}
	for i := 0; i < len(s); i++ {
		c, last := s[i], byte(0)
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		n1, n2 := at(i+1), at(i+2)
		switch {
		case c == 'l':
			c = 'r'
		case c == 'u' && last == 'o', c == 'h' && last == 'o' && !isVowel(n1):
			continue
		case c == 's' && n1 == 'h' && n2 == 'i', c == 't' && n1 == 's' && n2 == 'u':
			i++ // shi, tsu: si, tu
		case c == 'c' && n1 == 'h' && n2 == 'i':
			c = 't'
			i++
		case c == 't' && n1 == 'c' && n2 == 'h', c == 'c' && n1 == 'c' && n2 == 'h':
			continue // matchi, macchi: machi
		case (c == 's' || c == 't') && n1 == 'y' && isVowel(n2):
			s[i+1] = 'h' // sya, tya: sha, cha
			changed = true
			if c == 't' {
				c = 'c'
			}
		case c == 'f' && n1 == 'u':
			c = 'h'
		case c == 'z' && n1 == 'i':
			c = 'j'
		case (c == 'z' || c == 'j') && n1 == 'y' && isVowel(n2):
			c = 'j'
			i++
		case c == 'm' && (n1 == 'b' || n1 == 'p'):
			c = 'n'
		}
		if c == last && c < utf8.RuneSelf && (c < '0' || c > '9') {
			continue
		}
		changed = changed || c != s[i]
		out = append(out, c)
	}
	return out, changed
}

func isVowel(c byte) bool { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' }

// romanised writes a key that is all kana in Latin letters. What holds other characters stays: how they are read is not
// to be seen.
func romanised(key string) string {
	for _, r := range key {
		if (r < 'ぁ' || r > 'ゖ') && r != 'ー' && r != ' ' {
			return key
		}
	}
	var b []byte
	for _, r := range key {
		if r == 'ー' {
			continue
		}
		if r == ' ' {
			b = append(b, ' ')
			continue
		}
		s := kana[r-'ぁ']
		switch small := len(s) > 1 && s[0] == '-'; {
		case small && len(b) > 0 && s[1] == 'y' && b[len(b)-1] == 'i': // kiya: kya, shiya: sha
			b = b[:len(b)-1]
			if n := len(b); n > 0 && (b[n-1] == 'h' && n > 1 && (b[n-2] == 's' || b[n-2] == 'c') || b[n-1] == 'j') {
				s = s[1:]
			}
			s = s[1:]
		case small && len(b) > 1 && isVowel(b[len(b)-1]) && s[1] != 'y' && b[len(b)-1] != ' ': // fua: fa
			b = b[:len(b)-1]
			s = s[1:]
		case small:
			s = s[1:]
		}
		b = append(b, s...)
	}
	return string(b)
}

// kana are the readings of ぁ to ゖ; a small letter, which joins the one before it, begins with a hyphen.
var kana = [...]string{
	"-a", "a", "-i", "i", "-u", "u", "-e", "e", "-o", "o", "ka", "ga", "ki", "gi", "ku", "gu", "ke", "ge", "ko", "go", "sa", "za", "shi", "ji",
	"su", "zu", "se", "ze", "so", "zo", "ta", "da", "chi", "ji", "", "tsu", "zu", "te", "de", "to", "do", "na", "ni", "nu", "ne", "no",
	"ha", "ba", "pa", "hi", "bi", "pi", "fu", "bu", "pu", "he", "be", "pe", "ho", "bo", "po", "ma", "mi", "mu", "me", "mo",
	"-ya", "ya", "-yu", "yu", "-yo", "yo", "ra", "ri", "ru", "re", "ro", "wa", "wa", "i", "e", "o", "n", "bu", "ka", "ke",
}

// skeleton returns the consonants of a loosened name, those alike in sound as one: what stays when vowels are guessed. It
// is "" for names with less than four, and for what is not in Latin letters.
func skeleton(loose string) string {
	var buf [maxQuery]byte
	out := buf[:0]
	for i := range len(loose) {
		c := loose[i]
		switch c {
		case 'a', 'e', 'i', 'o', 'u', 'y', 'w':
			continue
		case 'h':
			if i > 0 && !isVowel(loose[i-1]) {
				continue // sha, cha, the
			}
		case 'z':
			c = 's'
		case 'c':
			c = 'k'
			if i+1 < len(loose) && (loose[i+1] == 'h') {
				c = 't'
			}
		case 'q':
			c = 'k'
		case 'f', 'p':
			if c == 'p' && (i+1 >= len(loose) || loose[i+1] != 'h') {
				break
			}
			c = 'h'
		case 'v':
			c = 'b'
		case 'm':
			c = 'n'
		}
		if c >= utf8.RuneSelf || len(out) == len(buf) {
			return ""
		}
		if n := len(out); n == 0 || out[n-1] != c || isVowel(loose[i-1]) { // ck is k
			out = append(out, c)
		}
	}
	if len(out) < 4 {
		return ""
	}
	return string(out)
}

// digits returns the digits in a text.
func digits(text string) string {
	if !strings.ContainsAny(text, "0123456789") {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
