/** A message on a phone. */
import { Box, Text } from "@mantine/core";
import { words } from "../../../ui/words.ts";

const useT = words({ en: { message: "Message" }, zh: { message: "消息" } });

type Props = {
  readonly text: string;
  /** null: it is no e-mail. */
  readonly subject: string | null;
  readonly chat: boolean;
};

export function Phone({ text, subject, chat }: Props) {
  const t = useT();
  return (
    <Box
      role="figure"
      aria-label={t("message")}
      p="md"
      pt="xl"
      mx="auto"
      w="100%"
      maw={320}
      mih={200}
      style={{ border: "6px solid var(--mantine-color-default-border)", borderRadius: 28 }}
    >
      <Box
        p="sm"
        bg={
          chat
            ? "var(--mantine-color-teal-light)"
            : "light-dark(var(--mantine-color-gray-2), var(--mantine-color-dark-4))"
        }
        style={{ borderRadius: 16, borderBottomLeftRadius: 4 }}
      >
        {subject === null ? null : (
          <Text size="sm" fw={700} mb={4}>
            {subject}
          </Text>
        )}
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {text}
        </Text>
      </Box>
    </Box>
  );
}
