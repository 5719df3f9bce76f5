package disclosure

// PublicView is the name of the view of whoever has all releases and nothing
// else.
const PublicView = "public"
