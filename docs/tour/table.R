# Reads a published table into a data frame: one row a cell, NA where a number
# is withheld, and beside it the range in which everybody can place it.
#
#   Rscript docs/tour/table.R http://127.0.0.1:8080 residence
#
# It needs the package jsonlite. Anything that speaks PxWebApi 2, such as the
# packages pxweb and PxWebApiData, reads the same tables from the same address.

library(jsonlite)

published <- function(service, table, lang = "en") {
  address <- sprintf("%s/api/v2/tables/%s", service, table)
  metadata <- read_json(sprintf("%s/metadata?lang=%s", address, lang))
  everything <- sprintf("&valueCodes%%5B%s%%5D=*", unlist(metadata$id))
  x <- read_json(sprintf("%s/data?lang=%s&outputFormat=json-stat2%s", address, lang, paste(everything, collapse = "")))

  # JSON-stat runs the last dimension fastest, expand.grid the first.
  labels <- lapply(x$dimension[unlist(x$id)], function(d) unlist(d$category$label, use.names = FALSE))
  frame <- expand.grid(rev(labels), stringsAsFactors = FALSE)

  # What has no value has a status: ".." is withheld, "." cannot be. R counts
  # from 1, JSON-stat from 0.
  frame$value <- vapply(x$value, function(v) if (is.null(v)) NA_integer_ else as.integer(v), 1L)
  frame$withheld <- FALSE
  frame$withheld[as.integer(names(which(unlist(x$status) == ".."))) + 1L] <- TRUE
  frame$low <- frame$high <- frame$value
  ranges <- x$extension$casestat$ranges
  for (place in names(ranges)) {
    row <- as.integer(place) + 1L
    frame$low[row] <- ranges[[place]][[1]]
    if (!is.null(ranges[[place]][[2]])) frame$high[row] <- ranges[[place]][[2]] # null: nothing bounds it above
  }
  attr(frame, "title") <- x$label
  attr(frame, "notes") <- unlist(x$note)
  frame[c(rev(names(labels)), "value", "withheld", "low", "high")]
}

if (!interactive()) {
  given <- commandArgs(trailingOnly = TRUE)
  if (length(given) != 2) stop("give the address of a service and the name of a table", call. = FALSE)
  options(width = 200)
  print(published(given[1], given[2]), row.names = FALSE)
}
