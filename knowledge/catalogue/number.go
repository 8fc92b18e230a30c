package catalogue

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Titles are read in one plain form: entities decoded, full-width forms and Ⅱ as ASCII, lower case.
func plain(title string) string {
	return strings.ToLower(norm.NFKC.String(clean(title)))
}

// clean makes a title fit to be shown: HTML entities decoded, invisible characters and surplus space gone.
func clean(title string) string {
	title = html.UnescapeString(html.UnescapeString(title))
	title = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, title)
	return strings.Join(strings.Fields(title), " ")
}

const (
	digits  = `[0-9]{1,2}`
	kanji   = `[一二三四五六七八九十弐参壱]{1,3}`
	roman   = `i{1,3}|iv|vi{0,3}|ix|x`
	words   = `first|second|third|fourth|fifth|sixth|seventh|eighth|ファースト|セカンド|サード|フォース|フィフス`
	ordinal = digits + ` ?(?:st|nd|rd|th)`
)

// The ways in which a title says that it is season N.
var saysSeason = []*regexp.Regexp{
	regexp.MustCompile(`第 ?(` + digits + `|` + kanji + `) ?(?:期|季|シーズン|シリーズ|シリ-ズ|season)`),
	regexp.MustCompile(`(?:^|[^a-z0-9])(` + ordinal + `|` + words + `)[ -]?(?:シーズン|シリーズ|season|series|stage|gig\b)`),
	regexp.MustCompile(`(?:シーズン|season)[ .:]?(` + digits + `|` + roman + `)(?:$|[^a-z0-9])`),
	regexp.MustCompile(`(?:^|[^a-z])s(` + digits + `)(?:$|[^a-z0-9])`),
	regexp.MustCompile(`(` + digits + `|` + kanji + `) ?期(?:$|[^a-z\p{Han}\p{Hiragana}\p{Katakana}])`),
	regexp.MustCompile(`(?:シーズン|season) ?(one|two|three|four|five|six)\b`),
}

// The ways in which a title says that it is the Nth part of a season.
var saysCour = []*regexp.Regexp{
	regexp.MustCompile(`第 ?(` + digits + `|` + kanji + `) ?(?:クール|部分|cour)`),
	regexp.MustCompile(`(` + digits + `) ?クール目`),
	regexp.MustCompile(`(?:part|パート|cour|クール)[ .:]?(` + digits + `|` + roman + `)(?:$|[^a-z0-9])`),
	regexp.MustCompile(`(?:^|[^a-z0-9])(` + ordinal + `|` + words + `)[ -]?(?:クール|cour|part|half)`),
	regexp.MustCompile(`(後半|後期|後編|後篇)`),
}

// saysBare finds a number at the end of a title, or at the end of its main part, which before the first season's
// successor can be part of the name as well as not.
var saysBare = regexp.MustCompile(`(` + digits + `|\b(?:` + roman + `)|[^a-z](?:` + roman + `)|` + ordinal + `|其の` + kanji + `|第` + kanji + `幕|第` + digits + `幕)(?:[!！。.]*$|[ ~～\-–—「『<(\[【:].*$)`)

var numerals = map[string]int{
	"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "壱": 1, "弐": 2, "参": 3,
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10,
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
	"ファースト": 1, "セカンド": 2, "サード": 3, "フォース": 4, "フィフス": 5,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
	"後半": 2, "後期": 2, "後編": 2, "後篇": 2,
}

// numeral reads what the patterns above capture; 0 when it is no number.
func numeral(s string) int {
	s = strings.TrimSpace(s)
	if n, ok := numerals[s]; ok {
		return n
	}
	if d := strings.TrimRight(s, "stndrh "); d != "" {
		if n, err := strconv.Atoi(d); err == nil {
			return n
		}
	}
	if rest, ok := strings.CutPrefix(s, "十"); ok { // 十二
		return 10 + numerals[rest]
	}
	return 0
}

func firstNumber(patterns []*regexp.Regexp, title string) int {
	for _, p := range patterns {
		if m := p.FindStringSubmatch(title); m != nil {
			if n := numeral(m[1]); n > 0 {
				return n
			}
		}
	}
	return 0
}

// seasonIn returns the season number that a plain title states, 0 for none.
func seasonIn(title string) int { return firstNumber(saysSeason, title) }

// courIn returns the part of a season that a plain title states, 0 for none.
func courIn(title string) int { return firstNumber(saysCour, title) }

// bareIn returns the number or roman numeral at the end of a plain title or of its main part, 0 for none.
func bareIn(title string) int {
	m := saysBare.FindStringSubmatch(title)
	if m == nil {
		return 0
	}
	s := m[1]
	s = strings.TrimPrefix(s, "其の")
	s = strings.TrimSuffix(strings.TrimPrefix(s, "第"), "幕")
	if n := numeral(s); n > 0 {
		return n
	}
	return numeral(strings.TrimLeftFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }))
}

// foldTitle evens out case, width, punctuation and spacing, so that two writings of a title compare.
func foldTitle(title string) string {
	return strings.Join(strings.FieldsFunc(plain(title), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Mn, r) && r != 'ー'
	}), " ")
}

// stem is a folded title without what it says of season and part.
func stem(title string) string {
	t := plain(title)
	for _, p := range append(slices.Clone(saysSeason), saysCour...) {
		t = p.ReplaceAllString(t, " ")
	}
	if bareIn(t) > 0 {
		m := saysBare.FindStringSubmatchIndex(t)
		if m[2] > 0 {
			t = t[:m[2]] + " " + t[m[3]:]
		}
	}
	return foldTitle(t)
}
