/* Reads one iCalendar file with libical and prints each event in one line of tab-separated fields:
   uid, start, end, status, summary; summaries are one line by nature. Two dashes end each file. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

static void print_time(struct icaltimetype at)
{
    if (at.is_date)
        printf("%04d-%02d-%02d\t", at.year, at.month, at.day);
    else
        printf("%04d-%02d-%02dT%02d:%02d:%02d%s\t", at.year, at.month, at.day, at.hour, at.minute, at.second,
               icaltime_is_utc(at) ? "+00:00" : " without a zone");
}

int main(int count, char **names)
{
    for (int n = 1; n < count; n++) {
        FILE *file = fopen(names[n], "rb");
        if (!file || fseek(file, 0, SEEK_END))
            return 2;
        long length = ftell(file);
        char *text = calloc(length + 1, 1);
        rewind(file);
        if (fread(text, 1, length, file) != (size_t) length)
            return 2;
        fclose(file);
        icalcomponent *calendar = icalparser_parse_string(text);
        if (!calendar || icalcomponent_count_errors(calendar))
            return 3;
        for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event;
             event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
            const char *summary = icalcomponent_get_summary(event);
            printf("%s\t", icalcomponent_get_uid(event));
            print_time(icalcomponent_get_dtstart(event));
            print_time(icalcomponent_get_dtend(event));
            printf("%s\t%s\n", icalenum_status_to_string(icalcomponent_get_status(event)), summary ? summary : "");
        }
        printf("--\n");
        icalcomponent_free(calendar);
        free(text);
    }
    return 0;
}
