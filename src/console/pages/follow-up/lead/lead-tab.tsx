/** For the one who leads the desk: how it stands by shop and person, the tasks that nobody has claimed, the staff, and the shifts of a week. */
import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { staffQuery } from "../../../api/desk.ts";
import { PeoplePanel } from "./people-panel.tsx";
import { ShiftsPanel } from "./shifts-panel.tsx";
import { ShopsPanel } from "./shops-panel.tsx";
import { StaffPanel } from "./staff-panel.tsx";
import { UnclaimedPanel } from "./unclaimed-panel.tsx";

export function LeadTab() {
  const staff = useQuery(staffQuery);
  return (
    <Stack>
      <ShopsPanel />
      <PeoplePanel />
      <UnclaimedPanel names={(staff.data?.items ?? []).filter(({ active }) => active).map(({ name }) => name)} />
      <StaffPanel />
      <ShiftsPanel names={(staff.data?.items ?? []).map(({ name }) => name)} />
    </Stack>
  );
}
