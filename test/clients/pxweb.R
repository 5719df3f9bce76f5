# Reads every table of a PxWebApi 2 service as the R packages pxweb (POST, with
# httr) and PxWebApiData (GET, with jsonlite) do, holds the two against each
# other, and writes one line of JSON for each table and language.
#
#   Rscript pxweb.R http://127.0.0.1:PORT/api/v2

suppressMessages({
  library(httr)
  library(jsonlite)
})

url <- commandArgs(trailingOnly = TRUE)[1]

fail <- function(...) stop(paste0(...), call. = FALSE)

# pxweb -------------------------------------------------------------------------

# Takes for a configuration only what has these members.
config <- content(GET(paste0(url, "/config")), "parsed")
if (!all(c("maxValues", "maxCalls", "timeWindow", "CORS") %in% names(config))) fail("not a configuration")

# Knows the API by two segments of the path.
segments <- strsplit(parse_url(url)$path, "/", fixed = TRUE)[[1]]
if (!length(intersect(which(segments == "api") + 1L, which(segments == "v2")))) fail("not an address of the API")

# Asks for metadata first, and takes the table and the language from them.
pxweb_data <- function(id, lang) {
  metadata <- content(GET(paste0(url, "/tables/", id, "/metadata"), query = list(lang = lang)), "parsed")
  selection <- lapply(unlist(metadata$id), function(code) {
    list(variableCode = code, valueCodes = list("*"))
  })
  response <- POST(
    paste0(url, "/tables/", metadata$extension$px$tableid, "/data"),
    body = toJSON(list(selection = selection), auto_unbox = TRUE),
    user_agent("https://github.com/rOpenGov/pxweb"), content_type_json(), accept_json(), encode = "raw",
    query = list(lang = metadata$extension$px$language, outputFormat = "json-stat2")
  )
  stop_for_status(response)
  fromJSON(content(response, "text", encoding = "UTF-8"), simplifyVector = FALSE)
}

# PxWebApiData ------------------------------------------------------------------

# Turns the last /data of an address into /metadata; both get the format.
pxwebapidata <- function(id, lang) {
  data_url <- paste0(url, "/tables/", id, "/data?lang=", lang)
  metadata_url <- sub("/data(?!.*/data)", "/metadata", data_url, perl = TRUE)
  metadata <- read_json(paste0(metadata_url, "&outputFormat=json-stat2"))
  for (code in names(metadata$dimension)) {
    frame <- metadata$dimension[[code]]$category
    if (!identical(names(frame$index), names(frame$label))) fail(id, ": index and label of ", code, " differ")
    for (list in metadata$dimension[[code]]$extension$codelists) {
      if (length(unlist(list$links)["href"]) != 1) fail(id, ": a codelist has no address of its own")
    }
    data_url <- paste0(data_url, "&valueCodes[", code, "]=", paste(names(frame$label), collapse = ","))
  }
  if (nchar(data_url) > 2100) fail(id, ": too long an address")
  fromJSON(paste0(data_url, "&outputFormat=json-stat2"))
}

# The values, and in a column of their own why there is none.
na_status <- function(x) {
  status <- rep(NA_character_, length(x$value))
  given <- unlist(x$status)
  status[1L + as.integer(names(given))] <- given
  data.frame(value = as.numeric(x$value), NAstatus = status, stringsAsFactors = FALSE)
}

# Both --------------------------------------------------------------------------

for (lang in c("sv", "en")) {
  tables <- content(GET(paste0(url, "/tables"), query = list(lang = lang, pageSize = 1000)), "parsed")$tables
  for (table in tables) {
    posted <- pxweb_data(table$id, lang)
    frame <- na_status(pxwebapidata(table$id, lang))
    codes <- lapply(posted$dimension[unlist(posted$id)], function(d) names(d$category$index))
    # expand.grid runs the first dimension fastest, JSON-stat the last.
    places <- rev(expand.grid(rev(codes), stringsAsFactors = FALSE))
    if (nrow(places) != length(posted$value) || nrow(places) != nrow(frame)) fail(table$id, ": values do not fill the dimensions")
    numbers <- lapply(seq_len(nrow(places)), function(i) {
      value <- posted$value[[i]]
      symbol <- posted$status[[as.character(i - 1)]]
      same <- if (is.null(value)) is.na(frame$value[i]) && identical(frame$NAstatus[i], symbol) else identical(as.numeric(value), frame$value[i])
      if (!same) fail(table$id, ": GET and POST tell of different numbers")
      list(codes = as.list(places[i, , drop = FALSE]), value = value, symbol = symbol, note = "")
    })
    px <- posted$extension$px
    line <- list(
      file = "", id = px$tableid, lang = px$language, title = posted$label, numbers = numbers,
      aggregates = px$aggregallowed, notes = posted$note
    )
    cat(toJSON(line, auto_unbox = TRUE, null = "null"), "\n", sep = "")
  }
}
