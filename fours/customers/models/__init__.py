from .customer import Contact, Customer, Phone

__all__ = ["Contact", "Customer", "Phone"]
