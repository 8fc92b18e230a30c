package knowledge

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold reduces a name to what people agree on when they write it: compatibility forms, case, diacritics, punctuation
// and spacing are evened out. "HERO≠MASK", "Hero Mask" and "ｈｅｒｏ　ｍａｓｋ" fold to "hero mask". Folding twice is
// folding once.
func fold(s string) string {
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
