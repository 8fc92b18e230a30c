package knowledge

const (
	sureScore  = 0.84
	sureMargin = 0.06
	offerScore = 0.5
)
