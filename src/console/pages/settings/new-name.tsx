/** Asks for the name and the role of a new person or key. */
import { Button, Group, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ROLES } from "../../api/session.ts";
import type { Role } from "../../api/settings.ts";
import { words } from "../../ui/words.ts";

export const useRoleNames = words({
  en: { viewer: "Viewer", operator: "Operator", admin: "Admin" },
  zh: { viewer: "查看者", operator: "运营", admin: "管理员" },
});
const useT = words({ en: { name: "Name", role: "Role" }, zh: { name: "名称", role: "角色" } });

type NewNameProps = {
  readonly label: string;
  readonly busy: boolean;
  readonly onSubmit: (body: { readonly name: string; readonly role: Role }) => void;
};

export function NewName({ label, busy, onSubmit }: NewNameProps) {
  const t = useT();
  const roleName = useRoleNames();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    onSubmit({ name: name.trim(), role });
    setName("");
  };
  return (
    <form onSubmit={submit} aria-label={label}>
      <Group align="flex-end">
        <TextInput
          label={t("name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={60}
          autoComplete="off"
        />
        <Select
          label={t("role")}
          value={role}
          onChange={(value) => setRole((value ?? "viewer") as Role)}
          allowDeselect={false}
          data={ROLES.map((value) => ({ value, label: roleName(value) }))}
        />
        <Button type="submit" loading={busy}>
          {label}
        </Button>
      </Group>
    </form>
  );
}
