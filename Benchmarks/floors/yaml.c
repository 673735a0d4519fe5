// What libyaml alone needs to read a file: every event made and thrown away.
//
//     yaml FILE
#include <stdio.h>
#include <yaml.h>

int main(int count, char **arguments) {
  if (count < 2) return 64;
  FILE *file = fopen(arguments[1], "rb");
  yaml_parser_t parser;
  if (file == NULL || !yaml_parser_initialize(&parser)) return 66;
  yaml_parser_set_input_file(&parser, file);
  for (int ended = 0; !ended;) {
    yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) return 65;
    ended = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
  }
  return 0;
}
