package main

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
	"golang.org/x/text/unicode/norm"
)

// newReader returns a function that says how a Japanese title is read, in the spelling fans use: "Shingeki no Kyojin".
// It is right for about a third of titles and near enough to be found by for most. A title with a word that the
// dictionary does not know, or without anything Japanese, gets "".
func newReader() (func(title string) string, error) {
	words, err := tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
	if err != nil {
		return nil, err
	}
	return func(title string) string { return read(words, title) }, nil
}

func read(words *tokenizer.Tokenizer, title string) string {
	title = norm.NFKC.String(title)
	if strings.IndexFunc(title, isJapanese) < 0 {
		return ""
	}
	var out strings.Builder
	glued := false // the next word belongs to the one before
	for _, w := range words.Tokenize(title) {
		kind := append(w.POS(), "", "")
		if strings.IndexFunc(w.Surface, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0 {
			glued = false
			continue
		}
		kana := w.Surface
		if r, ok := w.Reading(); ok && strings.IndexFunc(w.Surface, isJapanese) >= 0 {
			kana = r
		}
		particle := kind[0] == "助詞"
		if particle {
			switch w.Surface {
			case "は":
				kana = "ワ"
			case "へ":
				kana = "エ"
			}
		}
		latin, ok := romaji(kana)
		if !ok {
			return ""
		}
		ending := kind[0] == "助動詞" || kind[1] == "接続助詞" || kind[1] == "接尾" && kind[0] == "動詞"
		switch {
		case glued || ending && out.Len() > 0:
		case out.Len() > 0:
			out.WriteByte(' ')
			fallthrough
		default:
			if !particle || out.Len() == 0 {
				r, n := utf8.DecodeRuneInString(latin)
				latin = string(unicode.ToUpper(r)) + latin[n:]
			}
		}
		out.WriteString(latin)
		glued = strings.HasSuffix(kana, "ッ") || strings.HasSuffix(kana, "っ")
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

func isJapanese(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

// romaji spells kana in Latin letters and leaves Latin letters and digits; it fails on anything else that is a letter.
func romaji(kana string) (string, bool) {
	var out strings.Builder
	doubled := false
	put := func(s string) {
		if doubled && s != "" && !strings.ContainsRune("aiueon", rune(s[0])) {
			if strings.HasPrefix(s, "ch") {
				out.WriteByte('t')
			} else {
				out.WriteByte(s[0])
			}
		}
		doubled = false
		out.WriteString(s)
	}
	text := []rune(kana)
	for i := 0; i < len(text); i++ {
		r := katakana(text[i])
		if i+1 < len(text) {
			if s, ok := syllables[string([]rune{r, katakana(text[i+1])})]; ok {
				put(s)
				i++
				continue
			}
		}
		switch s, ok := syllables[string(r)]; {
		case ok:
			put(s)
		case r == 'ッ':
			doubled = true
		case r == 'ー', !unicode.IsLetter(r) && !unicode.IsDigit(r):
		case unicode.Is(unicode.Latin, r), unicode.IsDigit(r), unicode.Is(unicode.Greek, r):
			put(string(r))
		default:
			return "", false
		}
	}
	return out.String(), out.Len() > 0
}

func katakana(r rune) rune {
	if r >= 'ぁ' && r <= 'ゖ' {
		return r + 'ァ' - 'ぁ'
	}
	return r
}

var syllables = table()

// table builds the syllables row by row: a consonant with the five vowels, then what is irregular.
func table() map[string]string {
	t := map[string]string{"ン": "n", "ヴ": "vu", "ヵ": "ka", "ヶ": "ke"}
	rows := map[string]string{
		"アイウエオ": "a i u e o", "カキクケコ": "ka ki ku ke ko", "サシスセソ": "sa shi su se so", "タチツテト": "ta chi tsu te to",
		"ナニヌネノ": "na ni nu ne no", "ハヒフヘホ": "ha hi fu he ho", "マミムメモ": "ma mi mu me mo", "ラリルレロ": "ra ri ru re ro",
		"ガギグゲゴ": "ga gi gu ge go", "ザジズゼゾ": "za ji zu ze zo", "ダヂヅデド": "da ji zu de do", "バビブベボ": "ba bi bu be bo",
		"パピプペポ": "pa pi pu pe po", "ヤユヨワヲ": "ya yu yo wa wo", "ァィゥェォ": "a i u e o", "ャュョ": "ya yu yo", "ヮ": "wa", "ヰヱ": "i e",
	}
	for kana, latin := range rows {
		spelt := strings.Fields(latin)
		for i, r := range []rune(kana) {
			t[string(r)] = spelt[i]
		}
	}
	small := []struct{ kana, latin string }{{"ャ", "ya"}, {"ュ", "yu"}, {"ョ", "yo"}}
	for kana, lead := range map[string]string{"キ": "k", "ニ": "n", "ヒ": "h", "ミ": "m", "リ": "r", "ギ": "g", "ビ": "b", "ピ": "p", "シ": "sh", "チ": "ch", "ジ": "j", "ヂ": "j"} {
		for _, s := range small {
			vowel := s.latin
			if strings.HasSuffix(lead, "h") && len(lead) == 2 || lead == "j" {
				vowel = vowel[1:]
			}
			t[kana+s.kana] = lead + vowel
		}
	}
	for kana, latin := range map[string]string{
		"シェ": "she", "ジェ": "je", "チェ": "che", "ティ": "ti", "ディ": "di", "デュ": "dyu", "テュ": "tyu", "トゥ": "tu", "ドゥ": "du", "ファ": "fa", "フィ": "fi",
		"フェ": "fe", "フォ": "fo", "フュ": "fyu", "ヴァ": "va", "ヴィ": "vi", "ヴェ": "ve", "ヴォ": "vo", "ウィ": "wi", "ウェ": "we", "ウォ": "wo",
		"ツァ": "tsa", "ツェ": "tse", "ツォ": "tso", "クァ": "kwa", "クォ": "kwo",
	} {
		t[kana] = latin
	}
	return t
}
