module season3/knowledge/catalogue/generate

go 1.26.0

require (
	github.com/ikawaha/kagome-dict/ipa v1.2.6
	github.com/ikawaha/kagome/v2 v2.10.3
	golang.org/x/text v0.43.0
	season3 v0.0.0
)

require github.com/ikawaha/kagome-dict v1.1.7 // indirect

replace season3 => ../../..
