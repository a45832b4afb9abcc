/**
 * WooCommerce has no export of its own; these are the headings of Advanced Order Export, of the plug-ins of SkyVerge and of WebToffee. In all of
 * them people choose and rename columns: `--map` names those.
 */
import { ANYWHERE, type Profile } from "./profile.ts";

const COMMON = {
  status: ["status", "order_status", "Order Status"],
  amount: ["order_total", "Order Total Amount", "total"],
  currency: ["currency", "order_currency", "Currency", "Order Currency"],
  createdAt: ["date", "order_date", "Order Date", "date_created"],
  paidAt: ["paid_date", "Paid Date", "date_paid"],
  "buyer.id": ["customer_id", "customer_user", "Customer User ID"],
  "buyer.phone": ["billing_phone", "Phone (Billing)", "shipping_phone", "Phone (Shipping)"],
  "buyer.name": ["billing_first_name", "First Name (Billing)", "Customer Name", "shipping_first_name"],
  "buyer.email": ["billing_email", "Email (Billing)", "customer_email"],
  "buyer.country": ["billing_country", "Country Code (Billing)", "shipping_country", "Country Code (Shipping)"],
  paymentMethod: ["payment_method", "Payment Method", "payment_method_title", "Payment Method Title"],
  note: ["customer_note", "Customer Note"],
  "item.sku": ["item_sku", "SKU"],
  "item.title": ["item_name", "Item Name"],
  "item.quantity": ["item_quantity", "Quantity"],
} as const;

/** Webhooks know the order by its id; the number is what plug-ins show. */
export const woocommerce: Profile = {
  ...ANYWHERE,
  name: "woocommerce",
  known: ["order_id", "order_total"],
  columns: { ...COMMON, id: ["order_id", "Order ID", "Order Number"], number: ["order_number", "Order Number"] },
};

export const advancedOrderExport: Profile = {
  ...woocommerce,
  known: ["Order Number", "Order Status", "Order Total Amount"],
};
